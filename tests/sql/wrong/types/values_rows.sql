SELECT * FROM (VALUES (1, 'a'), (2));
