SELECT PARSE_JSON('{"a": 1, "b"}');
