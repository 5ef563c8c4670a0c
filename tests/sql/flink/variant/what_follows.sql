SELECT PARSE_JSON('1 2'), PARSE_JSON('{}{}'), PARSE_JSON('{"a":1} x'), PARSE_JSON('[1]]'), PARSE_JSON('"a"b'), PARSE_JSON('null x');
