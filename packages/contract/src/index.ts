export { PROBLEMS, type Problem, type ProblemCode } from './problems.ts';
export type {
  Access,
  AnswerOf,
  BodyOf,
  FileAnswer,
  MessageOf,
  ParamsOf,
  QueryOf,
  Role,
  RouteContract,
  Scope,
} from './route.ts';
export { ROUTES, type RouteName, type RouteOf } from './routes.ts';
export type { Charge, FeeKind } from './charge-resources.ts';
export type { Tariff, TariffPreview, TariffTerms } from './tariff-resources.ts';
export type { CourierEarnings } from './courier-routes.ts';
export type { DocumentFormat, DocumentLanguage } from './document-routes.ts';
export type { CourierWay } from './way-routes.ts';
export type { PaymentOption, Reach } from './shop-routes.ts';
export type { Address, Names, Place } from './common.ts';
export type { StoreDesk, StoreEvent } from './store-desk-routes.ts';
export type { AbuseSignal, AuditAction, Compensation, SupportCase, SupportPolicy } from './support-routes.ts';
export type { Wallet, WalletMovement } from './wallet-routes.ts';
export type { DispatchPolicy, DispatchPolicyVersion, Equipment, Handling } from './dispatch-resources.ts';
export type { CashDeposit, OrderPayment, PaymentAttention, PaymentException } from './payment-resources.ts';
export type {
  Amounts,
  ApiKey,
  Basket,
  BasketLine,
  CancelReason,
  DeclineReason,
  ClockState,
  Courier,
  CourierEvent,
  CourierStatus,
  Figures,
  FoundPlace,
  Grant,
  LatenessRisk,
  LiveSnapshot,
  Market,
  MarketEvent,
  Offer,
  OpeningHours,
  OptionGroup,
  Order,
  OrderEvent,
  OrderState,
  OrderSummary,
  PricedLine,
  Quote,
  Route,
  SandboxStep,
  Shortage,
  Slot,
  SlotPlan,
  Stop,
  Store,
  StoreKind,
  TaxClass,
  TimelineEntry,
  User,
  Webhook,
  WebhookMessage,
  WebhookPayload,
} from './resources.ts';
export type { BankAccount, Invoice, InvoiceIssuer, Payee, SettlementPolicy } from './settlement-resources.ts';
