import { escape, Html } from './html.ts';

/** Texts, comments, numbers and words of a language, in the order in which they are looked for. */
const TOKENS: Readonly<Record<string, RegExp>> = {
  sh: /(?<string>"(?:[^"\\]|\\.)*"|'[^']*')|(?<comment>(?<=^|\s)#.*$)|(?<word>(?<=^|\s)(?:curl|-[XHdT])(?=\s))/gm,
  ts: /(?<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?<comment>\/\/.*$)|(?<word>\b(?:import|from|const|await|for|of|new|async|return)\b)|(?<number>\b\d[\d_.]*\b)/gm,
  py: /(?<string>"""[\s\S]*?"""|f?"(?:[^"\\\n]|\\.)*")|(?<comment>#.*$)|(?<word>\b(?:import|with|as|def|return|if|for|in|not|True|False|None)\b)|(?<number>\b\d[\d_.]*\b)/gm,
  json: /(?<key>"(?:[^"\\]|\\.)*"(?=:))|(?<string>"(?:[^"\\]|\\.)*")|(?<word>\b(?:true|false|null)\b)|(?<number>-?\b\d[\d.]*\b)/gm,
};

/** Code as HTML, with its tokens marked. */
export function colourCode(code: string, language: string): Html {
  const pattern = TOKENS[language];
  if (pattern === undefined) return new Html(escape(code));
  let text = '';
  let at = 0;
  for (const match of code.matchAll(pattern)) {
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? '';
    text += `${escape(code.slice(at, match.index))}<span class="${kind}">${escape(match[0])}</span>`;
    at = match.index + match[0].length;
  }
  return new Html(text + escape(code.slice(at)));
}
