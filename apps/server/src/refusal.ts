/** Why the program does not start, in words for the person who started it; shown without a stack. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
