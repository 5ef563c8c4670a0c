SELECT * FROM warehouse;
