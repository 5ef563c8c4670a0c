CREATE TABLE totals (customer STRING, total DECIMAL(38, 2), PRIMARY KEY (customer) NOT ENFORCED) WITH ('connector' = 'blackhole');
INSERT INTO totals VALUES ('a', 1.5), ('b');
