SELECT * FROM nowhere.orders;
