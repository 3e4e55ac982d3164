/** Where the pages of support are. */
export function supportPaths(slug: string) {
  const root = `/ops/${slug}/support`;
  return {
    cases: root,
    closed: `${root}/closed`,
    proposals: `${root}/proposals`,
    order: (id: string) => `${root}/orders/${id}`,
  };
}
