CREATE TABLE orders (id INT) WITH ('connector' = 'print');
CREATE TABLE t LIKE order;
