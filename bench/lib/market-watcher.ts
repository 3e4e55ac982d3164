/** `node market-watcher.ts URL TOKEN`: an operator's live map, as far as the server sees it. Reads until it is killed. */
const [url, token] = process.argv.slice(2) as [string, string];
const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
if (!response.ok) throw new Error(`the stream answers ${response.status}`);
for await (const _ of response.body!);
