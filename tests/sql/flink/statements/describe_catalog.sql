CREATE CATALOG c1 WITH ('type' = 'generic_in_memory');
DESC CATALOG EXTENDED c1;
CREATE DATABASE d1 WITH ('k' = 'v');
ALTER DATABASE d1 SET ('k' = 'w');
ALTER DATABASE default_catalog.d1 SET ('k2' = 'w');
