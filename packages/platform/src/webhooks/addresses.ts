import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Azure's host services: a public address by number, served by the machine below. */
const WIRE_SERVER = '168.63.129.16';
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an IP address is one of the public internet. Everything that the registries set apart is not: loopback,
 * private, link-local (the clouds' metadata), shared (100.64/10), multicast, documentation, tunnels and translations
 * that carry an IPv4 address inside. An IPv4-mapped address counts as the IPv4 address that it is.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv4') return address.toString() !== WIRE_SERVER;
  // Beyond 2000::/3 nothing is public yet; `::127.0.0.1` is there, which once meant the IPv4 address.
  return address.match(GLOBAL_UNICAST);
}

/** The address where the host of a URL is one and no name. `new URL` has read forms like 0x7f.1 already. */
export function literalAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) === 0 ? undefined : host;
}

/** The addresses of a host name. Rejects where there are none. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/**
 * Asks DNS, without the threads that the system's own look-up would hold: a name server that never answers must
 * not stop the password hashing of everyone else, which uses the same four threads.
 *
 * @param servers `address:port`; those of the system where absent
 */
export function createDnsResolver(servers?: readonly string[]): ResolveHost {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return async (host) => {
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length === 0) throw four.status === 'rejected' ? four.reason : new Error(`no address: ${host}`);
    return found;
  };
}

/** Asks the system, which knows `localhost` and /etc/hosts: for development. */
export const resolveBySystem: ResolveHost = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);
