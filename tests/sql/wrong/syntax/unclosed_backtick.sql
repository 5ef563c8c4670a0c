SELECT `name FROM t;
