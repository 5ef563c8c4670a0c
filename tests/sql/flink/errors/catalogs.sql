DESCRIBE CATALOG nope;
ALTER DATABASE nope SET ('k' = 'w');
ALTER DATABASE nope.default_database SET ('k' = 'w');
