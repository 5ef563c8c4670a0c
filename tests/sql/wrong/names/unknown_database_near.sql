CREATE DATABASE sales;
USE salse;
