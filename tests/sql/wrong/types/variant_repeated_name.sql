SELECT PARSE_JSON('{"a": 1, "a": 2}');
