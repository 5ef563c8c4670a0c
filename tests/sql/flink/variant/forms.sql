SELECT PARSE_JSON('1'), PARSE_JSON('-1'), PARSE_JSON('0'), PARSE_JSON('true'), PARSE_JSON('false'), PARSE_JSON('null'), PARSE_JSON('"a"'), PARSE_JSON('""');
SELECT PARSE_JSON('[]'), PARSE_JSON('{}'), PARSE_JSON('[[],[[]],{}]'), PARSE_JSON('[1,"a",null,true,false,1.5,1e2]');
SELECT PARSE_JSON('{"z":1,"a":2,"Z":3,"A":4,"":8,"aa":9,"a b":10}');
SELECT PARSE_JSON('{"z":{"y":1,"x":{"b":[],"a":{}}}}');
SELECT PARSE_JSON(' {  "a" :  1 , "b" : [ 1 , 2 ] } ');
SELECT PARSE_JSON(JSON_OBJECT('b' VALUE 1, 'a' VALUE 'x'));
