import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPublicAddress, literalAddress } from './addresses.ts';
import { checkUrl } from './endpoint.ts';

/** Why each must not be connected to, by the registries of IANA or the clouds' own documents. */
const REFUSED = {
  '0.0.0.0': 'this host',
  '0.1.2.3': 'this network',
  '10.0.0.1': 'private',
  '100.64.0.1': 'shared (CGNAT)',
  '100.100.100.200': 'metadata of Alibaba, inside CGNAT',
  '127.0.0.1': 'loopback',
  '127.255.255.254': 'loopback',
  '168.63.129.16': 'host services of Azure',
  '169.254.169.254': 'metadata of AWS, Google, Azure',
  '172.16.0.1': 'private',
  '172.31.255.255': 'private',
  '192.0.0.192': 'metadata of Oracle',
  '192.0.2.1': 'documentation',
  '192.168.1.1': 'private',
  '198.18.0.1': 'benchmarks',
  '203.0.113.9': 'documentation',
  '224.0.0.1': 'multicast',
  '239.255.255.250': 'multicast',
  '240.0.0.1': 'reserved',
  '255.255.255.255': 'broadcast',
  '::': 'this host',
  '::1': 'loopback',
  '::127.0.0.1': 'IPv4-compatible',
  '::ffff:127.0.0.1': 'IPv4-mapped loopback',
  '::ffff:10.0.0.1': 'IPv4-mapped private',
  '::ffff:a9fe:a9fe': 'IPv4-mapped metadata',
  '::ffff:0:127.0.0.1': 'IPv4-translated',
  '64:ff9b::7f00:1': 'NAT64 of loopback',
  '64:ff9b:1::1': 'NAT64, local',
  '100::1': 'discard',
  '2001::1': 'Teredo',
  '2001:db8::1': 'documentation',
  '2002:7f00:1::': '6to4 of loopback',
  'fc00::1': 'unique local',
  'fd00:ec2::254': 'metadata of AWS',
  'fe80::1': 'link-local',
  'fec0::1': 'site-local',
  'ff02::1': 'multicast',
  localhost: 'no address',
  '': 'no address',
};

for (const [address, why] of Object.entries(REFUSED)) {
  test(`${address || 'nothing'} is not public: ${why}`, () => assert.equal(isPublicAddress(address), false));
}

test('addresses of the internet are public, mapped into IPv6 too', () => {
  for (const address of ['1.1.1.1', '93.184.215.14', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1']) {
    assert.equal(isPublicAddress(address), true, address);
  }
});

test('a URL is read as the client reads it before its address is judged', () => {
  for (const url of ['https://127.1/', 'https://0x7f.1/', 'https://2130706433/', 'https://0177.0.0.1/']) {
    assert.equal(literalAddress(new URL(url)), '127.0.0.1', url);
    assert.ok(!checkUrl(url, false).ok, url);
  }
  assert.equal(literalAddress(new URL('https://[::ffff:127.0.0.1]/')), '::ffff:7f00:1');
  assert.equal(literalAddress(new URL('https://example.com/')), undefined);
});

test('a URL that cannot be an endpoint is refused with what is wrong', () => {
  for (const [url, detail] of [
    ['example.com/hook', /absolute/],
    ['http://example.com/', /https/],
    ['ftp://example.com/', /https/],
    ['file:///etc/passwd', /https/],
    ['https://user:secret@example.com/', /user name/],
    ['https://example.com/#part', /fragment/],
    ['https://10.0.0.1/', /private/],
    ['https://[::1]/', /private/],
    [`https://example.com/${'a'.repeat(2_048)}`, /longer/],
  ] as const) {
    const checked = checkUrl(url, false);
    assert.ok(!checked.ok && checked.error.code === 'invalid_request', url);
    assert.match(checked.error.detail ?? '', detail);
  }
  assert.deepEqual(checkUrl('https://Example.com:8443/a?b=c', false), {
    ok: true,
    value: 'https://example.com:8443/a?b=c',
  });
});

test('for development http and private networks are allowed, and nothing else', () => {
  assert.ok(checkUrl('http://127.0.0.1:9000/', true).ok);
  assert.ok(!checkUrl('ftp://127.0.0.1/', true).ok);
  assert.ok(!checkUrl('http://user@127.0.0.1/', true).ok);
});
