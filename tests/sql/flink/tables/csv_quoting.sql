-- weir: order: any
CREATE TABLE c (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/quoting_semicolon', 'format' = 'csv', 'csv.field-delimiter' = ';');
CREATE TABLE cl (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/quoting_semicolon', 'format' = 'raw');
INSERT INTO c VALUES (1, 'abc'), (2, 'a1'), (3, 'a-b'), (4, 'a<b'), (5, 'a;b'), (6, 'a,b'), (7, 'abcdefghijklmnopqrstuvwxyz'), (8, 'abcdefghijklmnopqrstuvwx'), (9, ''), (10, 'é'), (11, 'a b');
SELECT line FROM cl;
SELECT * FROM c;
CREATE TABLE e (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/quoting_comma', 'format' = 'csv');
CREATE TABLE el (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/quoting_comma', 'format' = 'raw');
INSERT INTO e VALUES (1, 'abc'), (2, 'a1'), (3, 'a-b'), (4, 'a<b'), (5, 'a;b'), (6, 'a,b'), (7, 'abcdefghijklmnopqrstuvwxyz'), (8, 'abcdefghijklmnopqrstuvwx'), (9, ''), (10, 'é'), (11, 'a b'), (12, 'a+b'), (13, 'a!b'), (14, 'say "x"');
SELECT line FROM el;
SELECT * FROM e;
CREATE TABLE x (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/quoting_escape', 'format' = 'csv', 'csv.escape-character' = '\');
CREATE TABLE xl (line STRING) WITH ('connector' = 'filesystem', 'path' = '/tmp/weir-golden/quoting_escape', 'format' = 'raw');
INSERT INTO x VALUES (1, 'abc'), (2, 'a\b'), (3, 'say "x"'), (4, 'a,b');
SELECT line FROM xl;
SELECT * FROM x;
