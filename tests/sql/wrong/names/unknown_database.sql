USE salse;
