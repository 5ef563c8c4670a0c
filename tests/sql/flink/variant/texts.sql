SELECT PARSE_JSON('"a\u00e9\n\t\r\b\f\/\\\""');
SELECT PARSE_JSON('"a😀b"'), PARSE_JSON('"\ud83d\ude00"'), PARSE_JSON('"é"'), PARSE_JSON('"\u0000\u0001\u001f"');
SELECT PARSE_JSON('{"é\n":1}');
