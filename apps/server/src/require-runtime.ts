/** Evaluated before anything else of the program, so that an old Node is told in words. */
const NEEDED = 24;

if (Number(process.versions.node.split('.', 1)[0]) < NEEDED) {
  process.stderr.write(
    `Halfhour needs Node ${NEEDED} or newer, and this is ${process.version}.\n` +
      'Run `npm install` in its folder and start it with `npx halfhour`, which uses the Node that came with it.\n',
  );
  process.exit(1);
}
