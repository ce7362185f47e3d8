// The tree of projects below a domain.

/** Projects on the longest way from a domain down, as Keystone's `max_project_tree_depth`. */
export const maxProjectDepth = 5;
