SELECT REPLACE('a', 'b');
