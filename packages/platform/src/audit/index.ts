export {
  type Action,
  type ActionDraft,
  type ActionFilter,
  recordAction,
  selectActions,
} from './action-store.ts';
export { createAuditRoutes } from './routes.ts';
