-- weir: order: any
CREATE TABLE r1 (id INT, f STRING METADATA FROM 'file.name') WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/by_folder', 'format' = 'json', 'source.path.regex-pattern' = '.*p\.json');
SELECT * FROM r1;
CREATE TABLE r2 (id INT, f STRING METADATA FROM 'file.name') WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/by_folder', 'format' = 'json', 'source.path.regex-pattern' = 'p\.json');
SELECT * FROM r2;
CREATE TABLE r3 (id INT, f STRING METADATA FROM 'file.name') WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/by_folder', 'format' = 'json', 'source.path.regex-pattern' = '/.*/sql/data/by_folder/dt=[^/]*/hr=1/[^/]*');
SELECT * FROM r3;
CREATE TABLE r4 (id INT, f STRING METADATA FROM 'file.name') WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/by_folder/dt=a/hr=1/p.json', 'format' = 'json', 'source.path.regex-pattern' = '.*q\.json');
SELECT * FROM r4;
CREATE TABLE r5 (id INT, f STRING METADATA FROM 'file.name') WITH ('connector' = 'filesystem', 'path' = 'tests/sql/../sql/data/by_folder/', 'format' = 'json', 'source.path.regex-pattern' = '/.*[^.]/sql/data/by_folder/dt=[^/]*/hr=1/[^/]*');
SELECT * FROM r5;
CREATE TABLE r6 (id INT, f STRING METADATA FROM 'file.name') WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/by_folder', 'format' = 'json', 'source.path.regex-pattern' = 'tests/sql/data/by_folder/dt=[^/]*/hr=1/[^/]*');
SELECT * FROM r6;
