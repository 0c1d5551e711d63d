-- Artifacts are told apart by what they show.

-- The word for it. Content that the contract does not know has a word of its own, which stands where lists have a title.
CREATE FUNCTION artifact_type(media_type text, title text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE media_type
    WHEN 'text/markdown' THEN 'markdown'
    WHEN 'application/vnd.martlet.table+json' THEN 'table'
    WHEN 'application/vnd.martlet.link+json' THEN 'link'
    WHEN 'application/vnd.martlet.progress' THEN 'progress'
    WHEN 'application/vnd.martlet.image-uri' THEN 'image'
    WHEN 'application/vnd.martlet.custom+json' THEN title
    ELSE '' END
$$;
