SELECT JSON('{"a": 1}');
