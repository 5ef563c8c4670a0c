SELECT PARSE_JSON('"a"') = 'a';
