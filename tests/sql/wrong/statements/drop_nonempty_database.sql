CREATE DATABASE sales;
CREATE TABLE sales.t (id INT) WITH ('connector' = 'print');
DROP DATABASE sales;
