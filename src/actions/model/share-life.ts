/** Days a link that others open can live; 0 = it has no end. */
export const lifeChoices = [1, 7, 30, 0] as const;
export type LifeDays = (typeof lifeChoices)[number];
