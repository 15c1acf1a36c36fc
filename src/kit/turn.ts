/** Lets everything run that waits for the main thread: for work that would keep it for long. */
export const turnForOthers = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
