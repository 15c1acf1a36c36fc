/** How a queue names an agent: by a device or, where it is reached through the dialplan, by the number called there. */
export const agentNamed = (member: string): string => /^Local\/([^@/]+)/i.exec(member)?.[1] ?? member;
