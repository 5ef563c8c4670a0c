SELECT UPPER('a', 'b');
