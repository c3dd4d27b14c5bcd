/** The account every local ARN names. */
export const LOCAL_ACCOUNT = '000000000000';
/** The one region that exists locally. */
export const LOCAL_REGION = 'us-east-1';
