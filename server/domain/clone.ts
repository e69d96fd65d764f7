/** Another machine than the one enrolled, or one that is exactly like it. */
export type Clone = 'machine' | 'twin';
