/** Names under which the simulated action asks for secrets. */
export const SECRET_NAMES = ['TOKEN_A', 'TOKEN_B'] as const;
/** What the owner of the stage has set. */
export const OF_STAGE = 'of the stage';
