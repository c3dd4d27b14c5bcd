// Preloaded (`node --import`) into every Node process of deploy:try: names lead to this machine, and nowhere else is reached.
import dns from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import net from 'node:net';

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** In place of dns.lookup, which net, tls and fetch call for each name: every name is this machine. */
function lookup(_name: string, given: LookupOptions | number | Found, callback?: Found): void {
  const options = typeof given === 'object' ? given : {};
  const found = typeof given === 'function' ? given : callback;
  if (options.all === true) found?.(null, [{ address: '127.0.0.1', family: 4 }]);
  else found?.(null, '127.0.0.1', 4);
}

/** An address is not looked up, so it is checked where a socket is connected. */
const connect: (...given: never[]) => net.Socket = Reflect.get(net.Socket.prototype, 'connect');

function connectToLoopback(this: net.Socket, ...given: readonly unknown[]): net.Socket {
  const { host } = targetOf(given);
  if (host !== undefined && net.isIP(host) !== 0 && !LOOPBACK.check(host, net.isIPv6(host) ? 'ipv6' : 'ipv4')) {
    throw new Error(`deploy:try reaches nothing but this machine: not ${host}`);
  }
  return Reflect.apply(connect, this, given);
}

const LOOPBACK = new net.BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** What connect is given: options, or port and host, or node's own normalized list of either. */
function targetOf(given: readonly unknown[]): { readonly host?: string | undefined } {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  if (typeof first === 'object' && first !== null) {
    return 'host' in first && typeof first.host === 'string' ? { host: first.host } : {};
  }
  return typeof second === 'string' ? { host: second } : {};
}

Object.assign(dns, { lookup });
Object.assign(net.Socket.prototype, { connect: connectToLoopback });
