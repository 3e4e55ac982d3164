export {
  type Action,
  type ActionDraft,
  type ActionFilter,
  recordAction,
  selectActions,
} from './action-store.ts';
export { createAuditRoutes, toAction } from './routes.ts';
