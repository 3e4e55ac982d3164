-- Articles are found by what they are called, in any language of the market, as it is typed: by trigrams, so that a wrong
-- letter still finds, and by parts of names, which is how Chinese is searched. pg_trgm comes with Postgres, and the owner
-- of a database may create it. Accents are taken away by hand: unaccent is not everywhere.
create extension if not exists pg_trgm;

create function catalogue.plain(words text) returns text
  language sql immutable strict parallel safe
  return translate(lower(words), 'áàâäãéèêëíìîïóòôöõúùûüñç', 'aaaaaeeeeiiiiooooouuuunc');

create function catalogue.searched(names jsonb) returns text
  language sql immutable strict parallel safe
  return catalogue.plain(
    (names ->> 'en') || ' ' || coalesce(names ->> 'es', '') || ' ' || coalesce(names ->> 'zh', '')
  );

-- Not by market: articles of another market that are found as well are dropped by their key.
create index article_searched on catalogue.article using gin (catalogue.searched(names) gin_trgm_ops);
