SHOW DATABASES FROM default_catlog;
