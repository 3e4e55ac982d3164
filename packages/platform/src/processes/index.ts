export { type HeldNode, NodeRefused, holdNode } from './hold-node.ts';
export { releaseWork, takeWork } from './work-lease.ts';
