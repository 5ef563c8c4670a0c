SELECT s, UPPER(s), LOWER(s), INITCAP(s) FROM (VALUES ('ŉ'), ('İ'), ('ﬁn ﬀ'), ('ǰ'), ('ΐ'), ('ᾳ ᾼ'), ('և'), ('ẞ ß'), ('ǆ'), ('ẖ')) AS t(s);
SELECT UPPER('ŉﬁ'), LOWER('İX');
