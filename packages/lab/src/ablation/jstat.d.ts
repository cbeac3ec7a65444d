/** What is used of jStat, which brings no types of its own. */
declare module 'jstat' {
  const jStat: {
    /** Student's t distribution; the degrees of freedom need not be whole. */
    studentt: {
      cdf(t: number, degreesOfFreedom: number): number;
      inv(share: number, degreesOfFreedom: number): number;
    };
  };
  export default jStat;
}
