-- A function without parentheses names its column, as it is written.
CREATE TEMPORARY VIEW clocks AS SELECT current_date, PI, LOCALTIMESTAMP, CURRENT_TIMESTAMP AS t, CURRENT_TIME();
DESCRIBE clocks;
