/** The account every local ARN names. */
export const LOCAL_ACCOUNT = '000000000000';
/** The workspace that `npm start` makes. */
export const LOCAL_WORKSPACE = 'local';
/** The one region that exists locally. */
export const LOCAL_REGION = 'us-east-1';
