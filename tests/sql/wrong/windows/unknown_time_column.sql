CREATE TABLE orders (
  order_id BIGINT NOT NULL,
  customer STRING,
  amount DECIMAL(10, 2),
  ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(tss), INTERVAL '1' HOUR));
