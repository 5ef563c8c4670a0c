SET 'table.exec.state.ttl' = '5 minits';
