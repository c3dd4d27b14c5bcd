import { addCopyButtons } from './copy.ts';
import { addLanguages } from './languages.ts';
import { addMenu } from './menu.ts';
import { addSearch } from './search.ts';
import { addTrials } from './trials.ts';

document.documentElement.classList.add('scripted');
addMenu();
addLanguages();
addCopyButtons();
addSearch();
addTrials();
