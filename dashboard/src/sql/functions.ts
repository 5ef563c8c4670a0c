export const FUNCTIONS: readonly string[] = [];
