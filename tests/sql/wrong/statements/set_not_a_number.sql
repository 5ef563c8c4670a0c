SET 'execution.checkpointing.num-retained' = 'many';
