CREATE TABLE t (id INT) WITH (
  'connector' = 'datagen',
  'number-of-row' = '5'
);
SELECT * FROM t;
