SELECT PARSE_JSON('{"a":1,"a":2}', TRUE), PARSE_JSON('{"a":1,"b":0,"a":{"x":1,"x":3}}', TRUE), PARSE_JSON('{"a":1,"b":2}', FALSE), PARSE_JSON('[{"a":1},{"a":2}]');
SELECT TRY_PARSE_JSON('{"a":1,"a":2}'), TRY_PARSE_JSON('{"a":1,"a":2}', TRUE), TRY_PARSE_JSON('{"a":1,"a":2}', FALSE);
