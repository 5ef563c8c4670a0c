CREATE TABLE t (id INT) WITH ('topic' = 'a');
SELECT * FROM t;
