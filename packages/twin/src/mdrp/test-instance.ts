import { type InstanceFiles, readInstance } from './instance.ts';

/**
 * A small day for the tests: places on a line (100 metres a minute), services of 4 minutes, two
 * restaurants, two couriers, three orders of which two can share a bundle.
 */
export const smallFiles: InstanceFiles = {
  orders: [
    'order\tx\ty\tplacement_time\trestaurant\tready_time',
    'o1\t500\t0\t10\tr1\t20',
    'o2\t700\t0\t12\tr1\t20',
    'o3\t950\t0\t30\tr2\t45',
    '',
  ].join('\n'),
  couriers: ['courier\tx\ty\ton_time\toff_time', 'c1\t0\t0\t0\t60', 'c2\t2000\t0\t0\t120', ''].join('\n'),
  restaurants: ['restaurant\tx\ty', 'r1\t300\t0', 'r2\t1000\t0', ''].join('\n'),
  parameters: [
    'meters_per_minute\tpickup service minutes\tdropoff service minutes\ttarget click-to-door\t' +
      'maximum click-to-door\tpay per order\tguaranteed pay per hour',
    '100\t4\t4\t40\t90\t10\t15',
    '',
  ].join('\n'),
};

export const smallInstance = readInstance(smallFiles, 'small');
